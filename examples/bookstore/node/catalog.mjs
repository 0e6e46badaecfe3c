// The catalogue, in Node: the twin of ../python/catalog.py, for machines without Python.
import { data, json, notFound, serve } from "./service.mjs";

const books = data("books.jsonl");

serve("catalog", {
  "GET /books": () => json(200, { books }),
  "GET /books/:id": ({ params: [id], path }) => {
    const book = books.find((candidate) => candidate.id === id);
    return book ? json(200, book) : notFound(path);
  },
});
