/** Rooms and arrows: the files and folders inside each folder, and which of them imports which. */

/**
 * One import: of the file at the place `from`, in that line, of a name from the place `to`.
 * @typedef {{ from: string[], to: string[], file: string, line: number, name: string, isType?: boolean }} Use
 */

/** @typedef {{ from: string, to: string, uses: Use[] }} Arrow */

/**
 * @typedef {object} Folder
 * @property {string} name
 * @property {string[]} rooms
 * @property {Arrow[]} arrows
 * @property {string[][]} circles rooms that import each other, directly or through others
 * @property {number} floors rooms in the longest chain of imports; a circle counts as one
 */

/** The room of a folder's own file, such as `mod.rs`. */
export const OWN = "mod";

/**
 * @param {string} root name of the outermost folder
 * @param {string[][]} places where each file is: the folders from the root down, and the file's own name
 * @param {Use[]} uses
 * @returns {Folder[]} by name
 */
export function foldersOf(root, places, uses) {
  /** @type {Map<string, Map<string, Arrow>>} */
  const folders = new Map();
  /** @type {Map<string, Set<string>>} */
  const rooms = new Map();
  for (const place of places) {
    for (let depth = 0; depth < place.length; depth += 1) {
      const folder = [root, ...place.slice(0, depth)].join("/");
      rooms.set(folder, (rooms.get(folder) ?? new Set()).add(place[depth]));
    }
  }
  for (const use of uses) {
    let shared = 0;
    while (shared < Math.min(use.from.length, use.to.length) && use.from[shared] === use.to[shared]) shared += 1;
    const [from, to] = [use.from[shared] ?? OWN, use.to[shared] ?? OWN];
    const folder = [root, ...use.from.slice(0, shared)].join("/");
    const arrows = folders.get(folder) ?? new Map();
    const arrow = arrows.get(`${from} ${to}`) ?? { from, to, uses: [] };
    arrow.uses.push(use);
    folders.set(folder, arrows.set(`${from} ${to}`, arrow));
  }
  return [...rooms].sort().map(([name, inside]) => {
    const arrows = [...(folders.get(name)?.values() ?? [])].sort((a, b) => (a.from + a.to < b.from + b.to ? -1 : 1));
    // A folder's own file introduces its rooms, and a type that a comment names ties nothing when the page runs.
    const tying = arrows.filter(({ from, uses }) => from !== OWN && uses.some(({ isType }) => !isType));
    const groups = groupsOf([...inside], tying);
    const circles = groups.filter((group) => group.length > 1);
    return { name, rooms: [...inside].sort(), arrows, circles, floors: longestChain(groups, tying) };
  });
}

/**
 * Groups rooms that reach each other, the imported before the importing (Tarjan).
 * @param {string[]} rooms
 * @param {Arrow[]} arrows
 */
function groupsOf(rooms, arrows) {
  /** @type {Map<string, number>} */
  const order = new Map();
  /** @type {Map<string, number>} */
  const lowest = new Map();
  /** @type {string[]} */
  const open = [];
  /** @type {string[][]} */
  const groups = [];
  const visit = (/** @type {string} */ room) => {
    order.set(room, order.size);
    lowest.set(room, order.size - 1);
    open.push(room);
    for (const { to } of arrows.filter(({ from }) => from === room)) {
      if (!order.has(to)) visit(to);
      if (open.includes(to)) lowest.set(room, Math.min(lowest.get(room) ?? 0, lowest.get(to) ?? 0));
    }
    if (lowest.get(room) === order.get(room)) groups.push(open.splice(open.indexOf(room)).sort());
  };
  for (const room of rooms) if (!order.has(room)) visit(room);
  return groups;
}

/** @param {string[][]} groups the imported before the importing @param {Arrow[]} arrows */
function longestChain(groups, arrows) {
  /** @type {Map<string, number>} */
  const height = new Map();
  for (const group of groups) {
    const below = arrows.filter(({ from, to }) => group.includes(from) && !group.includes(to));
    const floors = 1 + Math.max(0, ...below.map(({ to }) => height.get(to) ?? 0));
    for (const room of group) height.set(room, floors);
  }
  return Math.max(0, ...height.values());
}
