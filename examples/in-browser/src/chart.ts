/** The curve of a run's loss: a line in an SVG of 100 by 100 units that is stretched to its place. */
export interface Chart {
  /** Starts a run of so many steps. */
  start(steps: number): void;
  add(step: number, loss: number): void;
}

export function lossChart(figure: HTMLElement): Chart {
  const line = figure.querySelector('polyline')!;
  const [top, end] = ['top', 'end'].map((name) => figure.querySelector(`[data-${name}]`)!);
  let points: { step: number; loss: number }[] = [];
  let total = 1;
  const draw = () => {
    const most = Math.max(...points.map(({ loss }) => loss), 0.1);
    const place = ({ step, loss }: { step: number; loss: number }) => `${((100 * (step - 1)) / Math.max(total - 1, 1)).toFixed(2)},${(100 - (100 * loss) / most).toFixed(2)}`;
    line.setAttribute('points', points.map(place).join(' '));
    top!.textContent = points.length > 0 ? most.toFixed(1) : '';
    end!.textContent = `step ${total}`;
  };
  return {
    start: (steps) => {
      [points, total] = [[], steps];
      draw();
    },
    add: (step, loss) => {
      points.push({ step, loss });
      draw();
    },
  };
}
