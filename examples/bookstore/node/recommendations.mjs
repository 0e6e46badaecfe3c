// Recommendations, in Node: the twin of ../python/recommendations.py, for machines without Python.
import { data, json, notFound, serve } from "./service.mjs";

const related = data("related.json");

serve("recommendations", {
  "GET /books/:id": async ({ params: [id], path, call }) => {
    if (!Object.hasOwn(related, id)) return notFound(path);
    const catalog = await call("catalog", "/books");
    const titles = new Map(catalog.ok ? catalog.body.books.map((book) => [book.id, book.title]) : []);
    // Without the catalogue the ids still help: a shorter answer is better than none.
    const recommendations = related[id].map((other) => ({ id: other, title: titles.get(other) ?? other }));
    return json(200, { book: id, recommendations, degraded: !catalog.ok });
  },
});
