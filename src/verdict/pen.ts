// Draws what is told before anything can be operated, in two hands: React's elements in the page, markup in the Worker.
// What is drawn is written once.

/** As React names them. Handlers are the page's own. */
export type Attributes = Readonly<Record<string, unknown>>;

/** `null` draws nothing. */
export type Drawn<N> = N | string | null;

export interface Pen<N> {
  element(tag: string, attributes: Attributes, ...children: readonly Drawn<N>[]): N;
  /** To a screen, by its path below the page's own. */
  link(path: string, attributes: Attributes, ...children: readonly Drawn<N>[]): N;
  group(...children: readonly Drawn<N>[]): N;
  /** How long ago, with the moment on demand. */
  time(time: string): N;
  /** A button that copies a text. */
  copy(label: string, text: string): N;
}
