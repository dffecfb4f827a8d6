// A Redis that can be killed and started again: on the same port, with all that it was told on disk.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";

export class Redis {
    #port;
    #folder;
    #child;

    constructor(port, folder) {
        [this.#port, this.#folder] = [port, folder];
    }

    get url() {
        return `redis://127.0.0.1:${this.#port}`;
    }

    // Until it answers.
    async start() {
        const durable = ["--save", "", "--appendonly", "yes", "--appendfsync", "always"];
        const where = ["--bind", "127.0.0.1", "--port", this.#port, "--dir", this.#folder, "--logfile", "redis.log"];
        this.#child = spawn("redis-server", [...where, ...durable], { stdio: ["ignore", "ignore", "inherit"] });
        for (let tries = 0; (await this.#ping()) !== "+PONG\r\n"; tries++) {
            if (tries === 200 || this.#child.exitCode !== null) throw new Error("redis-server does not start");
            await new Promise((later) => setTimeout(later, 50));
        }
    }

    // Without a chance to write anything; gives when it has ended.
    kill() {
        const ended = once(this.#child, "exit");
        this.#child.kill("SIGKILL");
        return ended;
    }

    // While it reads what is on disk it answers something else.
    #ping() {
        return new Promise((answered) => {
            const connection = connect(this.#port, "127.0.0.1", () => connection.write("PING\r\n"));
            connection.once("error", () => answered(undefined));
            connection.once("data", (answer) => {
                answered(answer.toString());
                connection.destroy();
            });
        });
    }
}
