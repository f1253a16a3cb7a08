/** The volume by price of the bars in view. It is computed again when bars close, and when the view changes. */

import { createProfile } from "../../chart/profile.js";
import { studyOf } from "../../state/studies.js";
import { volumeProfile } from "../../state/volumeprofile.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/model.js").Series} Series */

/** @param {import("../../chart/plot.js").Plot} plot */
export function createVolumeProfile(plot) {
  const drawn = createProfile(plot);
  /** @type {import("../../state/volumeprofile.js").Profile | null} */
  let profile = null;
  let rows = 0;
  let isOn = false;
  /** @type {readonly unknown[]} */
  let seen = [];

  return {
    /** Asks for a picture where the view has changed. @param {() => void} paint */
    onView(paint) {
      if (isOn) paint();
    },

    /**
     * @param {State} state
     * @param {Series} series
     * @param {import("../../chart/palette.js").Palette} colours
     */
    render({ settings }, { bars, revision }, colours) {
      isOn = settings.indicators.includes("profile");
      const range = isOn ? plot.time.get().range : null;
      const now = [isOn, revision, bars.length, bars[0]?.ts, range?.from, range?.to, settings.studies, colours];
      if (now.every((one, at) => one === seen[at])) return;
      seen = now;
      const { values } = studyOf(settings.studies, "profile");
      const visible = range ? bars.filter(({ ts }) => ts >= range.from * 1e6 && ts <= range.to * 1e6) : [];
      rows = values[0];
      profile = volumeProfile(visible, { rows: values[0], percent: values[1] });
      drawn.set(profile, colours);
    },

    /** Returns the words for the legend: the price with the most volume. */
    reading() {
      if (!profile) return null;
      const { from, to } = profile.rows[profile.control];
      return {
        title: `Volume profile ${rows}, from bars`,
        colour: /** @type {const} */ ("warn"),
        decimals: null,
        value: (from + to) / 2,
      };
    },
  };
}
