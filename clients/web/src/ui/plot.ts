// A small plot of the last minutes.

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 240;
const HEIGHT = 48;

/** Values over time, newest last; at the same steps. */
export class Series {
  readonly #values: (number | undefined)[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** One more step; nothing, where nothing was measured. */
  push(value: number | undefined): void {
    this.#values.push(value);
    if (this.#values.length > this.#most) this.#values.shift();
  }

  get values(): readonly (number | undefined)[] {
    return this.#values;
  }

  get room(): number {
    return this.#most;
  }

  /** The newest. */
  get last(): number | undefined {
    return this.#values.at(-1);
  }
}

/** A plot that has just begun shows so many steps, and more as they come. */
const FEWEST = 30;

/** Draws series of one kind over each other; `floor` is the least that the top of the plot stands for. */
export class Plot {
  readonly node = document.createElementNS(SVG, 'svg');
  readonly #lines: SVGPathElement[];
  readonly #floor: number;

  constructor(classes: string[], floor: number) {
    this.#floor = floor;
    this.node.setAttribute('class', 'plot');
    this.node.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
    this.node.setAttribute('preserveAspectRatio', 'none');
    this.node.setAttribute('aria-hidden', 'true');
    this.#lines = classes.map((name) => {
      const line = document.createElementNS(SVG, 'path');
      line.setAttribute('class', `line ${name}`);
      return line;
    });
    this.node.append(...this.#lines);
  }

  /** Draws what there is now. */
  draw(series: Series[]): void {
    const all = series.flatMap(({ values }) => values.filter((value): value is number => value !== undefined));
    const top = Math.max(this.#floor, ...all) * 1.1;
    series.forEach((one, at) => this.#lines[at]?.setAttribute('d', path(one, top)));
  }
}

function path({ values, room }: Series, top: number): string {
  let pen = 'M';
  const parts: string[] = [];
  const steps = Math.min(room, Math.max(FEWEST, values.length));
  const first = steps - values.length;
  values.forEach((value, at) => {
    if (value === undefined) {
      pen = 'M';
      return;
    }
    const x = ((first + at) / Math.max(1, steps - 1)) * WIDTH;
    const y = HEIGHT - 2 - (value / top) * (HEIGHT - 4);
    parts.push(`${pen}${x.toFixed(1)} ${y.toFixed(1)}`);
    pen = 'L';
  });
  return parts.join('');
}
