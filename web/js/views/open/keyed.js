/** A list whose rows keep their elements, so that the focus stays where it is. */

/**
 * @template Item
 * @param {HTMLElement} root
 * @param {(key: string) => { node: HTMLElement, render: (item: Item) => void }} create
 */
export function createKeyed(root, create) {
  /** @type {Map<string, ReturnType<typeof create>>} */
  let rows = new Map();
  /** @param {readonly (readonly [string, Item])[]} items */
  return function show(items) {
    const next = new Map(items.map(([key]) => [key, rows.get(key) ?? create(key)]));
    for (const [key, { node }] of rows) if (!next.has(key)) node.remove();
    rows = next;
    items.forEach(([key, item], at) => {
      const row = next.get(key);
      if (!row) return;
      if (root.children[at] !== row.node) root.insertBefore(row.node, root.children[at] ?? null);
      row.render(item);
    });
  };
}
