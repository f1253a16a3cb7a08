/** All attacks by name. */

import { HTTP_ATTACKS } from "./http.mjs";
import { WEBSOCKET_ATTACKS } from "./websocket.mjs";

export const ATTACKS = { ...HTTP_ATTACKS, ...WEBSOCKET_ATTACKS };
