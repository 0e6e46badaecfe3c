// The inventory, in Node: the twin of ../perl/inventory.pl, for machines without Perl.
import { data, json, notFound, serve } from "./service.mjs";

const stock = data("stock.json");

serve("inventory", {
  "GET /stock": () => json(200, { stock }),
  "GET /stock/:id": ({ params: [id], path }) =>
    Object.hasOwn(stock, id) ? json(200, { book: id, ...stock[id] }) : notFound(path),
});
