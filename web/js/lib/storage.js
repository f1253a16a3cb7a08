/**
 * Keeps small texts between visits, where the browser allows it. Each window has its own, so that two of one profile can
 * differ, as a laptop's and a projector's do; a new window begins with the last text that any of them kept.
 */

/**
 * @param {string} key
 * @returns {string | null}
 */
export function recall(key) {
  try {
    return sessionStorage.getItem(key) ?? localStorage.getItem(key);
  } catch {
    return null;
  }
}

/**
 * @param {string} key
 * @param {string} text
 */
export function keep(key, text) {
  try {
    sessionStorage.setItem(key, text);
    localStorage.setItem(key, text);
  } catch {
    // Storage is off or full: the setting lasts for this visit.
  }
}
