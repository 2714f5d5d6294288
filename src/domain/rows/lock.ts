/** A lease on a name: a lane of the inbox, or the presence of a worker. */
export interface LockRow {
  _id: string;
  owner: string | null;
  token: string | null;
  until: Date;
  /** False when its last holder died with it: the next one goes carefully. */
  released: boolean;
}
