// Reviews, in Node: the twin of ../perl/reviews.pl (v1, words only) and of ../python/reviews.py (v2, with stars).
import { data, json, notFound, serve } from "./service.mjs";

const version = process.env.SERVICE_VERSION ?? "v1";
const all = data("reviews.json");
const average = (reviews) =>
  Math.round((reviews.reduce((sum, { stars }) => sum + stars, 0) / reviews.length) * 10) / 10;

serve("reviews", {
  "GET /books/:id": ({ params: [id], path }) => {
    if (!Object.hasOwn(all, id)) return notFound(path);
    const reviews = all[id];
    if (version !== "v1") return json(200, { book: id, version, stars: average(reviews), reviews });
    return json(200, { book: id, version, reviews: reviews.map(({ reader, text }) => ({ reader, text })) });
  },
});
