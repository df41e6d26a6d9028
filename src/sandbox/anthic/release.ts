/** Gives back what was set aside. */
export type Release = () => void;

/** What is done at most once, however often it is called. */
export function once(action: () => void): Release {
  let done = false;
  return () => {
    if (!done) action();
    done = true;
  };
}
