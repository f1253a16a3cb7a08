/** How files are read: the settings of people, as flags and as a command line. Pure. */

/** @typedef {import("../types/feeds.js").ReadingSettings} ReadingSettings */
/** @typedef {import("../types/feeds.js").InspectedFile} InspectedFile */
/**
 * A setting, named as its flag with underscores. `choices` are its values with their words. `found` tells what the
 * server has found in a file, or nothing where its report does not say. `main` ones are asked for often.
 *
 * @typedef {object} Field
 * @property {string} name
 * @property {string} title
 * @property {boolean} [main]
 * @property {readonly (readonly [string, string])[]} [choices]
 * @property {string} [example] of a value
 * @property {(file: InspectedFile) => string | null} [found]
 */

/** The roles of columns, as `--columns` names them, in groups for people. */
export const ROLES = /** @type {const} */ ([
  ["Time", ["time", "clock", "clock_part"]],
  ["Name", ["symbol", "instrument"]],
  ["Trade", ["price", "size", "side", "buyer_maker", "day_volume"]],
  ["Quote", ["bid", "ask", "bid_size", "ask_size"]],
  ["Bar", ["open", "high", "low", "close", "volume"]],
  ["Kind of row", ["row_kind", "action", "snapshot", "message_type"]],
]);
/** The roles that several columns have together. */
const SHARED = new Set(["instrument", "clock_part"]);

const KINDS = /** @type {const} */ ([
  ["trades", "trades"],
  ["quotes", "quotes"],
  ["ohlcv", "bars"],
  ["book", "an order book"],
]);
const DELIMITERS = /** @type {const} */ ([
  [",", "comma"],
  [";", "semicolon"],
  ["tab", "tab"],
  ["|", "vertical bar"],
  ["space", "space"],
]);
const ORDERS = /** @type {const} */ ([
  ["ymd", "year first"],
  ["mdy", "month first"],
  ["dmy", "day first"],
  ["roc", "year of the Republic of China"],
]);
const UNITS = /** @type {const} */ ([
  ["s", "seconds"],
  ["ms", "milliseconds"],
  ["us", "microseconds"],
  ["ns", "nanoseconds"],
  ["d", "days since 1970"],
  ["sheet", "days of a spreadsheet"],
  ["dotnet", "100 ns since the year 1"],
  ["filetime", "100 ns since 1601"],
]);
const MARKS = /** @type {const} */ ([
  ["point", "point"],
  ["comma", "comma"],
  ["32nds", "32nds"],
  ["32nds-8ths", "32nds and eighths"],
  ["8ths", "eighths"],
]);
const YES_NO = /** @type {const} */ ([
  ["yes", "yes"],
  ["no", "no"],
]);

/** All settings but `columns` and `assume`, which the sample and the questions set. @type {readonly Field[]} */
export const FIELDS = [
  { name: "symbol", title: "Symbol", main: true, found: ({ symbols }) => listText(symbols ?? [], 3) || null },
  { name: "tz", title: "Time zone", main: true, example: "Europe/Berlin", found: ({ time }) => time?.zone ?? null },
  {
    name: "date_order",
    title: "Order of dates",
    main: true,
    choices: ORDERS,
    found: ({ time }) => wordOf(ORDERS, time?.format),
  },
  { name: "kind", title: "Kind of rows", main: true, choices: KINDS, found: ({ kind }) => wordOf(KINDS, kind) },
  {
    name: "delimiter",
    title: "Delimiter",
    choices: DELIMITERS,
    found: ({ delimiter }) => wordOf(DELIMITERS, codeOf(delimiter)) ?? delimiter ?? null,
  },
  { name: "decimal_mark", title: "Decimal mark", choices: MARKS },
  { name: "time_unit", title: "Unit of times", choices: UNITS, found: ({ time }) => wordOf(UNITS, time?.unit) },
  { name: "price_scale", title: "Price scale", example: "10000" },
  { name: "encoding", title: "Encoding", example: "utf-8", found: ({ encoding }) => encoding ?? null },
  {
    name: "header",
    title: "Line of names",
    choices: YES_NO,
    found: ({ header }) => (header === undefined ? null : header ? "yes" : "no"),
  },
  { name: "date", title: "Date of the times", example: "2024-01-31" },
  { name: "zero_prices", title: "0 is a price", choices: YES_NO },
  {
    name: "dates",
    title: "Dates are days",
    choices: [
      ["calendar", "of the calendar"],
      ["trading", "of trading"],
    ],
  },
];

/** @param {string | undefined} delimiter */
const codeOf = (delimiter) => (delimiter === "\t" ? "tab" : delimiter === " " ? "space" : delimiter);

/** @param {readonly (readonly [string, string])[]} choices @param {string | null | undefined} value */
function wordOf(choices, value) {
  return choices.find(([code]) => code === value)?.[1] ?? null;
}

/** @param {readonly string[]} words @param {number} most */
export function listText(words, most) {
  const rest = words.length - most;
  return words.slice(0, most).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

/**
 * Sets a value, or leaves it to detection where the text is empty.
 *
 * @param {ReadingSettings} settings
 * @param {string} name
 * @param {string} value
 * @returns {ReadingSettings}
 */
export function withSetting(settings, name, value) {
  const { [name]: _, ...others } = settings;
  const text = value.trim();
  return text === "" ? others : { ...others, [name]: text };
}

/** Returns the flag of a setting. @param {string} name */
export const flagOf = (name) => `--${name.replaceAll("_", "-")}`;

/**
 * Reads the flag of a reading or a remark, such as `--date-order dmy`. The value is empty where people choose it.
 *
 * @param {string | null} text
 * @returns {{ name: string, value: string } | null} `null` where the dialog has no such setting
 */
export function readFlag(text) {
  const found = text?.match(/^--([a-z][a-z-]*)(?:[ =](.*))?$/);
  if (!found) return null;
  const name = found[1].replaceAll("-", "_");
  const field = FIELDS.find((one) => one.name === name);
  if (!field) return name === "columns" ? { name, value: "" } : null;
  const value = (found[2] ?? "").replace(/^(['"])(.*)\1$/, "$2");
  return { name, value: /^[A-Z]+$|\s|^$/.test(value) ? "" : value };
}

/**
 * Answers a question with one of its readings.
 *
 * @param {ReadingSettings} settings
 * @param {readonly import("../types/feeds.js").InspectedReading[]} readings
 * @param {number} at
 */
export function withAnswer(settings, readings, at) {
  const flag = readFlag(readings[at].flag);
  return flag?.value ? withSetting(settings, flag.name, flag.value) : withSetting(settings, "assume", String(at + 1));
}

/**
 * Returns the role of each column: that of the setting, or what was found.
 *
 * @param {InspectedFile} file
 * @returns {(string | null)[]}
 */
export function rolesOf({ columns, names, sample }) {
  const width = Math.max(names?.length ?? 0, ...(sample ?? []).map((row) => row.length));
  return Array.from({ length: width }, (_, at) => columns?.[at]?.meaning ?? null);
}

/**
 * Gives a column another role, or none, and returns the setting `columns`. Where only roles are given, the other
 * columns stay detected; where one is taken, every column is named in order.
 *
 * @param {string} before the setting as it is, or empty
 * @param {InspectedFile} file
 * @param {number} at
 * @param {string | null} role
 */
export function columnsWith(before, file, at, role) {
  const names = file.names ?? [];
  const isNamed = before === "" || before.includes("=");
  if (!isNamed || role === null) {
    const roles = rolesOf(file).map((one, index) =>
      one === role && !SHARED.has(role ?? "") ? null : at === index ? role : one,
    );
    roles[at] = role;
    return roles.map((one) => one ?? "-").join(",");
  }
  const column = columnName(names, at);
  const kept = before === "" ? [] : before.split(",").filter((pair) => !takes(pair, role, column));
  return [...kept, `${role}=${column}`].join(",");
}

/**
 * Tells whether a pair ROLE=COLUMN gives way to another.
 *
 * @param {string} pair
 * @param {string} role
 * @param {string} column
 */
function takes(pair, role, column) {
  const [one, of] = pair.split("=");
  return of === column || (one === role && !SHARED.has(role));
}

/**
 * Names a column for `--columns`: by its name, or by its number where the name would be misread.
 *
 * @param {readonly string[]} names
 * @param {number} at
 */
function columnName(names, at) {
  const name = names[at]?.trim() ?? "";
  // A file without a line of names gets `column 1`, which is no name for a flag.
  const isPlain = /^[\p{L}_][\p{L}\p{N}_ .-]*$/u.test(name) && !/^column \d+$/.test(name);
  return isPlain && names.filter((one) => one.trim() === name).length === 1 ? name : String(at + 1);
}

/**
 * Writes the command that plays the same files.
 *
 * @param {readonly string[]} files
 * @param {ReadingSettings} settings
 */
export function commandLine(files, settings) {
  const flags = Object.entries(settings).map(([name, value]) => `${flagOf(name)}${joined(value)}`);
  const paths = files.map((name) => quoted(name.startsWith("-") ? `./${name}` : name));
  return ["tickcast replay", ...paths, ...flags].join(" ");
}

/** A value that begins with a dash is no flag. @param {string} value */
const joined = (value) => (value.startsWith("-") ? `=${quoted(value)}` : ` ${quoted(value)}`);

/** Quotes a word for a shell. @param {string} word */
const quoted = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
