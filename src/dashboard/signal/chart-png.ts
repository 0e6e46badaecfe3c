// A chart as a picture: the same lines, drawn once more, in the colours that the reader sees.
import { saveFile } from "../data/save.ts";

interface Picture {
  readonly title: string;
  readonly foot: string;
  readonly width: number;
  readonly height: number;
  readonly lines: readonly { readonly text: string; readonly path: string; readonly look: string }[];
}

const SCALE = 3;
const EDGE = 12;
const HEAD = 24;

export async function savePicture({ title, foot, width, height, lines }: Picture): Promise<void> {
  const canvas = document.createElement("canvas");
  canvas.width = (width + 2 * EDGE) * SCALE;
  canvas.height = (height + HEAD + (lines.length + 2) * 16) * SCALE;
  const pen = canvas.getContext("2d");
  if (pen === null) {
    return;
  }
  // The page's own, as they are drawn: a custom property may hold one for each theme.
  const { backgroundColor, color } = getComputedStyle(document.body);
  pen.scale(SCALE, SCALE);
  pen.fillStyle = backgroundColor;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = color;
  pen.font = "bold 13px sans-serif";
  pen.fillText(title, EDGE, 16);
  pen.font = "11px sans-serif";
  pen.fillText(foot, EDGE, HEAD + height + 14);
  pen.translate(EDGE, HEAD);
  pen.lineWidth = 2;
  for (const [nth, { text, path, look }] of lines.entries()) {
    const drawn = getComputedStyle(document.querySelector(`.${look}`) ?? document.body);
    pen.strokeStyle = drawn.stroke;
    pen.setLineDash(drawn.strokeDasharray === "none" ? [] : drawn.strokeDasharray.split(",").map(Number.parseFloat));
    pen.stroke(new Path2D(path));
    pen.stroke(new Path2D(`M0,${height + 26 + nth * 16} h24`));
    pen.fillText(text, 30, height + 30 + nth * 16);
  }
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob !== null) {
    saveFile(`${title}.png`, blob);
  }
}
