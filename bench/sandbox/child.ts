import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A process of its own that answers one question at a time over its channel. */
export class Child<Question, Answer> {
  private constructor(private readonly process: ChildProcess) {}

  static start<Q, A>(file: string, args: readonly string[]): Child<Q, A> {
    const path = fileURLToPath(new URL(file, import.meta.url));
    return new Child<Q, A>(fork(path, [...args], { execArgv: [...nodeOptions(), '--import', 'tsx'] }));
  }

  ask(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const gone = () => reject(new Error('a process of the bench ended too early'));
      this.process.once('exit', gone);
      this.process.once('message', (answer) => {
        this.process.off('exit', gone);
        resolve(answer as Answer);
      });
      this.process.send(question as object);
    });
  }

  /** Says something that is not answered. */
  tell(message: object): void {
    this.process.send(message);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.disconnect();
    await ended;
  }
}

/** `BENCH_NODE_OPTIONS='--cpu-prof'` profiles each process. */
function nodeOptions(): string[] {
  return process.env.BENCH_NODE_OPTIONS?.split(' ') ?? [];
}
