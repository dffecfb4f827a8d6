// What stands before the provider: counts what it is asked, and answers in its place where it is told to misbehave.
import { createServer } from "node:http";

const PLACES = {
    "/.well-known/openid-configuration": "discovery",
    "/.well-known/oauth-authorization-server": "discovery",
    "/jwks": "jwks",
    "/token/introspection": "introspection",
};
const HUGE = Buffer.alloc(64 * 1024, 0x20);

export class Front {
    counts = { discovery: 0, jwks: 0, introspection: 0, elsewhere: 0 };
    // Bytes of one endless answer that were taken off our hands, at most.
    taken = 0;
    // Which fault there is at which place, or at one path.
    faults = {};
    // What answers the requests that are held back, by place.
    held = {};
    // Answers what has no fault.
    handler;

    async listen(port) {
        this.server = createServer((request, response) => this.#answer(request, response));
        await new Promise((done) => this.server.listen(port, "127.0.0.1", done));
        return this.server.address().port;
    }

    #answer(request, response) {
        const url = new URL(request.url, "http://front");
        // Where a redirect points: the genuine answer is there, for whoever follows.
        const elsewhere = url.pathname.startsWith("/elsewhere/");
        if (elsewhere) {
            this.counts.elsewhere += 1;
            request.url = request.url.slice("/elsewhere".length);
            return this.handler(request, response);
        }
        const place = PLACES[url.pathname];
        if (place) this.counts[place] += 1;
        const fault = this.faults[url.pathname] ?? this.faults[place];
        if (fault) this.#misbehave(fault, place, request, response);
        else this.handler(request, response);
    }

    // From now on misbehaves there; without a fault, no more.
    misbehave(place, fault) {
        this.faults[place] = fault;
        if (!fault) for (const answer of this.held[place]?.splice(0) ?? []) answer();
    }

    #misbehave(fault, place, request, response) {
        const socket = request.socket;
        const json = (rest) => response.writeHead(200, { "content-type": "application/json", ...rest });
        switch (fault) {
            case "silent": // accepts, and never answers
                return;
            case "trickle": { // answers for ever, a byte at a time
                json();
                const timer = setInterval(() => response.write(" "), 50);
                return socket.on("close", () => clearInterval(timer));
            }
            case "held": // answers well, once it is told to
                return (this.held[place] ??= []).push(() => this.handler(request, response));
            case "hasty": // closes a connection that was idle, while the next request is on its way
                if (Date.now() - (socket.answered ?? Date.now()) > 1000) return socket.destroy();
                response.on("finish", () => (socket.answered = Date.now()));
                return this.handler(request, response);
            case "garbage": // no HTTP
                return socket.end(Buffer.from("\x00\xff\x16\x03\x01 this is no HTTP\r\n\r\n", "latin1"));
            case "nonsense": // says it is JSON
                return json().end("{\"keys\": [}, \"active\": true");
            case "page": // what a captive portal sends
                return response.writeHead(200, { "content-type": "text/html" }).end("<html>{\"active\":true}</html>");
            case "huge": { // well-formed so far, and endless
                json().write("{\"active\":true,\"pad\":\"");
                let taken = 0;
                const fill = () => {
                    do this.taken = Math.max(this.taken, (taken += HUGE.length));
                    while (response.write(HUGE));
                };
                response.on("drain", fill);
                return fill();
            }
            case "truncated": { // the genuine answer, broken off in the middle
                const end = response.end.bind(response);
                response.end = (body) => {
                    response.write(Buffer.from(body).subarray(0, body.length / 2), () => socket.destroy());
                    return end;
                };
                return this.handler(request, response);
            }
            case "redirect":
                return response.writeHead(307, { location: `/elsewhere${request.url}` }).end();
            case "missing":
                return response.writeHead(404).end();
            case "error":
                return response.writeHead(500, { "content-type": "application/json" }).end("{\"active\":true}");
            default:
                throw new Error(`no such fault: ${fault}`);
        }
    }
}
