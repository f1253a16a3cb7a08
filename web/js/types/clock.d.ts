/** Times of this machine and of the server. */

/** A moment of this machine: its clock, which may be set, and a clock that nobody sets. */
export interface Moment {
  nowMs: number;
  steadyMs: number;
}

/** A question for the server's clock, with its answer. */
export interface RoundTrip {
  asked: Moment;
  answered: Moment;
  /** The server's clock in between. */
  serverUs: number;
}
