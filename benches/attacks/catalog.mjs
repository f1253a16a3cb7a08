/** All attacks by name. */

import { HTTP_ATTACKS } from "./http.mjs";
import { WEBSOCKET_ATTACKS } from "./websocket.mjs";

/** The control: the same time without an attack. It only keeps the process alive. */
const none = () => void setInterval(() => {}, 60_000);

export const ATTACKS = { none, ...HTTP_ATTACKS, ...WEBSOCKET_ATTACKS };
