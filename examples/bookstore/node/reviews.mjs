// Reviews, in Node: the twin of ../perl/reviews.pl (v1, words only) and of ../python/reviews.py (v2, with stars).
import { data, json, notFound, serve } from "./service.mjs";

const version = process.env.SERVICE_VERSION ?? "v1";
const all = new Map(data("reviews.jsonl").map(({ book, reviews }) => [book, reviews]));
const average = (reviews) =>
  Math.round((reviews.reduce((sum, { stars }) => sum + stars, 0) / reviews.length) * 10) / 10;

serve("reviews", {
  "GET /books/:id": ({ params: [id], path }) => {
    const reviews = all.get(id);
    if (!reviews) {
      return notFound(path);
    }
    if (version !== "v1") {
      return json(200, { book: id, version, stars: average(reviews), reviews });
    }
    return json(200, { book: id, version, reviews: reviews.map(({ reader, text }) => ({ reader, text })) });
  },
});
