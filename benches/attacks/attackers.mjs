/** Runs attacks until SIGTERM, and then prints their answers by status: `attackers.mjs PORT TOKEN ATTACK..`. */

import { ATTACKS } from "./catalog.mjs";
import { counts } from "./sockets.mjs";

const [port, token, ...names] = process.argv.slice(2);
process.on("SIGTERM", () => {
  const answers = [...counts].map(([attack, of]) => [attack, Object.fromEntries(of)]);
  process.stdout.write(JSON.stringify(Object.fromEntries(answers)), () => process.exit());
});
for (const name of names) ATTACKS[name]({ port: Number(port), token });
