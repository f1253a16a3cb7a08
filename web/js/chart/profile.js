/** Draws the volume by price at the right edge of the bars, below them. */

/** @typedef {import("./palette.js").Palette} Palette */
/** @typedef {import("fancy-canvas").CanvasRenderingTarget2D} Target */
/** @typedef {import("lightweight-charts").SeriesAttachedParameter<import("lightweight-charts").Time>} Attached */
/**
 * @typedef {{ rows: readonly { from: number, to: number, up: number, down: number }[], control: number, area: readonly
 *   [number, number] }} Profile
 */

/** The share of the width that the longest row takes. */
const WIDTH = 0.22;
/** The strength of rows inside and outside the value area. */
const INSIDE = 0.75;
const OUTSIDE = 0.35;
const GAP_PX = 1;

/** @param {import("./plot.js").Plot} plot */
export function createProfile(plot) {
  /** @type {Attached | null} */
  let attached = null;
  /** @type {{ profile: Profile, palette: Palette } | null} */
  let shown = null;

  /** @param {Target} target */
  function draw(target) {
    if (!shown) return;
    const { profile, palette } = shown;
    target.useMediaCoordinateSpace(({ context, mediaSize: { width } }) => {
      const most = Math.max(...profile.rows.map(({ up, down }) => up + down));
      profile.rows.forEach(({ from, to, up, down }, at) => {
        const [bottom, top] = [plot.heightOf(from), plot.heightOf(to)];
        if (bottom === null || top === null || most === 0) return;
        const height = Math.max(1, bottom - top - GAP_PX);
        context.globalAlpha = at >= profile.area[0] && at <= profile.area[1] ? INSIDE : OUTSIDE;
        let right = width;
        for (const [volume, colour] of /** @type {const} */ ([
          [down, palette.downSoft],
          [up, palette.upSoft],
        ])) {
          const long = (volume / most) * WIDTH * width;
          context.fillStyle = colour;
          context.fillRect(right - long, top, long, height);
          right -= long;
        }
      });
      context.globalAlpha = 1;
      drawControl(context, profile, palette, width);
    });
  }

  /**
   * The row with the most volume, as a line.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Profile} profile
   * @param {Palette} palette
   * @param {number} width
   */
  function drawControl(context, { rows, control }, palette, width) {
    const y = plot.heightOf((rows[control].from + rows[control].to) / 2);
    if (y === null) return;
    context.strokeStyle = palette.warn;
    context.setLineDash([6, 3]);
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(width * (1 - WIDTH), Math.round(y) + 0.5);
    context.lineTo(width, Math.round(y) + 0.5);
    context.stroke();
    context.setLineDash([]);
  }

  const views = [{ zOrder: () => /** @type {const} */ ("bottom"), renderer: () => ({ draw }) }];
  plot.attach({
    attached(parameters) {
      attached = parameters;
    },
    detached() {
      attached = null;
    },
    paneViews: () => views,
  });
  return {
    /** @param {Profile | null} profile @param {Palette} palette */
    set(profile, palette) {
      if (profile === null && shown === null) return;
      shown = profile && { profile, palette };
      attached?.requestUpdate();
    },
  };
}
