/** Connects the dialog for files with the server. Loaded when a person opens it, or drops files. */

import { createOpenFiles } from "./app/openfiles.js";
import { createOpenDialog } from "./views/open/dialog.js";

/**
 * @param {object} options
 * @param {import("./state/store.js").Store} options.store
 * @param {(text: string) => void} options.warn
 */
export function createOpening({ store, warn }) {
  const files = createOpenFiles({
    onChange: (opening) => dialog.render(opening),
    onPlay: () => dialog.close(),
    warn,
    isShown: () => dialog.isOpen(),
  });
  const dialog = createOpenDialog({
    onChoose: files.choose,
    onFilter: files.filter,
    onFiles: (list) => void files.send(list),
    onCancel: files.cancel,
    onAgain: files.again,
    onRemove: (id) => void files.remove(id),
    onRole: files.setRole,
    onAnswer: files.answer,
    onSet: files.set,
    onReset: files.reset,
    onPlay: () => void files.play(),
  });
  let { epoch } = store.state;
  store.addEventListener("change", () => {
    if (store.state.epoch === epoch) return;
    ({ epoch } = store.state);
    if (dialog.isOpen()) void files.refresh();
  });
  dialog.render(files.opening);

  return {
    open() {
      dialog.open();
      void files.refresh();
    },
    /** Opens the dialog, and sends files. @param {File[]} list */
    send(list) {
      dialog.open();
      void files.refresh().then(() => files.send(list));
    },
  };
}
