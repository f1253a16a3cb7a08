/** Signals alerts outside the page, with a sound and a notification, as far as the browser allows it. */

const TONES = [880, 1320];
const TONE_S = 0.14;

/** @type {AudioContext | null} */
let audio = null;

/** Requests the permission for notifications. Browsers require that this follows a click. */
export function requestPermission() {
  audio ??= new AudioContext();
  if ("Notification" in window && Notification.permission === "default") void Notification.requestPermission();
}

/**
 * @param {string} text
 * @param {{ sound: boolean }} settings
 */
export function signalAlert(text, { sound }) {
  if (sound) playAlertSound();
  if ("Notification" in window && Notification.permission === "granted")
    new Notification("tickcast", { body: text, icon: "favicon.svg" });
}

function playAlertSound() {
  // The browser allows no sound before a person has used the page.
  if (navigator.userActivation?.hasBeenActive === false) return;
  audio ??= new AudioContext();
  const { currentTime, destination } = audio;
  const volume = audio.createGain();
  volume.gain.setValueAtTime(0.12, currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, currentTime + TONES.length * TONE_S + 0.2);
  volume.connect(destination);
  TONES.forEach((frequency, at) => {
    const tone = /** @type {AudioContext} */ (audio).createOscillator();
    tone.frequency.value = frequency;
    tone.connect(volume);
    tone.start(currentTime + at * TONE_S);
    tone.stop(currentTime + (at + 1) * TONE_S + 0.1);
  });
}
