/** Takes files that are dropped anywhere on the page. */

/**
 * @param {object} options
 * @param {(files: File[]) => void} options.onFiles
 * @param {() => string | null} options.fault why this page may not send files, or `null`
 */
export function createDrop({ onFiles, fault }) {
  const page = document.documentElement;
  const hasFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") === true;

  /** @param {DragEvent} event */
  function over(event) {
    if (!hasFiles(event) || !event.dataTransfer) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    page.dataset.drop = fault() ?? "Drop the files to open them";
  }

  document.addEventListener("dragenter", over);
  document.addEventListener("dragover", over);
  document.addEventListener("dragleave", (event) => {
    // Without a next element, the drag has left the window.
    if (event.relatedTarget === null) delete page.dataset.drop;
  });
  document.addEventListener("drop", (event) => {
    delete page.dataset.drop;
    if (!hasFiles(event)) return;
    event.preventDefault();
    onFiles([...(event.dataTransfer?.files ?? [])]);
  });
}
