/** The answers of the HTTP API about the feeds that the server can change to. */

import type { Refusal } from "./http.js";

/** A feed of `GET /api/v1/feeds`. */
export interface ListedFeed {
  id: string;
  kind: "simulation" | "replay" | "library" | "upload";
  name: string;
  bytes?: number;
  /** In microseconds since 1970. */
  modified?: number;
  received?: number;
  complete?: boolean;
}

/** The limits of uploads, all 0 where the server takes none. */
export interface UploadLimits {
  upload_bytes: number;
  uploads: number;
  total_bytes: number;
  piece_bytes: number;
}

/** The answer of `GET /api/v1/feeds`. */
export interface FeedList {
  feeds: ListedFeed[];
  /** The ids of what plays. */
  playing: string[];
  /** The reason why the feed cannot be changed. */
  load: string | null;
  limits: UploadLimits;
}

/** The first or last event of a file. */
export interface InspectedEvent {
  ts: string;
  price: number;
}

/** One of two readings that are equally likely. */
export interface InspectedReading {
  what: string;
  flag: string;
}

/** A file of `POST /api/v1/inspect`. One that cannot be played has `error`, and not the members before `names`. */
export interface InspectedFile {
  file: string;
  member?: string | null;
  error?: { message: string; remedy?: string } | null;
  kind?: string;
  symbols?: string[];
  rows?: number;
  rows_exact?: boolean;
  rows_rejected?: number;
  rejected?: { reason: string; line: number | null; column: number | null; value: string; count: number }[];
  delimiter?: string;
  header?: boolean;
  encoding?: string;
  compression?: string;
  time?: { format: string; unit: string | null; zone: string; assumed: boolean };
  first?: InspectedEvent | null;
  last?: InspectedEvent | null;
  bars?: string | null;
  assumptions?: { what: string; why: string; flag: string | null }[];
  warnings?: { code: string; what: string; lines: number[]; played: string; other: string; flag: string | null }[];
  questions?: { what: string; readings: InspectedReading[] }[];
  columns?: { name: string; meaning: string | null }[];
  names?: string[];
  sample?: string[][];
}

/** How files are read: the flags under "Reading files" by their names with underscores. */
export type ReadingSettings = Readonly<Record<string, string>>;

/** A file that this page sends. `number` is its own, `id` the server's once it has one. */
export interface SentFile {
  number: number;
  name: string;
  bytes: number;
  sent: number;
  status: "waiting" | "sending" | "retrying" | "done" | "failed";
  id: string | null;
  fault: Refusal | null;
}
