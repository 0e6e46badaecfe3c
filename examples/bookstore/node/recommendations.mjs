// Recommendations, in Node: the twin of ../python/recommendations.py, for machines without Python.
import { data, json, notFound, serve } from "./service.mjs";

const all = new Map(data("related.jsonl").map(({ book, related }) => [book, related]));

serve("recommendations", {
  "GET /books/:id": async ({ params: [id], path, call }) => {
    const related = all.get(id);
    if (!related) {
      return notFound(path);
    }
    const catalog = await call("catalog", "/books");
    const titles = new Map(catalog.ok ? catalog.body.books.map((book) => [book.id, book.title]) : []);
    // Without the catalogue the ids still help: a shorter answer is better than none.
    const recommendations = related.map((other) => ({ id: other, title: titles.get(other) ?? other }));
    return json(200, { book: id, recommendations, degraded: !catalog.ok });
  },
});
