// The inventory, in Node: the twin of ../perl/inventory.pl, for machines without Perl.
import { data, json, notFound, serve } from "./service.mjs";

const stock = data("stock.jsonl");

serve("inventory", {
  "GET /stock": () => json(200, { stock }),
  "GET /stock/:id": ({ params: [id], path }) => {
    const entry = stock.find(({ book }) => book === id);
    return entry ? json(200, entry) : notFound(path);
  },
});
