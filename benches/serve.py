#!/usr/bin/env python3
"""What `pelato serve` takes: the time of a push that changes nothing, and its memory.

usage: benches/serve.py nothing [ROUNDS]     15 where none is said
       benches/serve.py memory [ROUNDS]      5 where none is said

Needs `cargo build --release --workspace`, git and Go; PELATO names another program. `nothing` pushes to
a bare repository and sends a signed delivery; it ends when the forge (a stand-in, in this
process) was told `success`. Beside it is the `git fetch` of the same commit into a clone,
its process with it. `memory` reads what Linux says of the runner's own process: what is
resident at rest, and the most that ever was in a run that builds, publishes and deploys 20
tasks. Each round starts a runner anew. What Docker, Go and the local host take are
processes of their own.
"""

import contextlib
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from figures import ratio, skipped, spread

TOP = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", TOP / "target")) / "release"
PELATO = pathlib.Path(os.environ.get("PELATO", TARGET / "pelato"))
DELIVERY = TOP / "tests" / "data" / "gitea-deliveries" / "push-force.json"
NAME, SECRET = "acme/bench", "s3cr3t"
PATIENCE = 600
PUSH, FETCH, ON_TOP = "nothing changed, push → success, 2 tasks, {}", "`git fetch`, its process", "at most 100 ms on top"


def main():
    kind = sys.argv[1] if len(sys.argv) > 1 else ""
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else {"nothing": 15, "memory": 5}.get(kind)
    if kind not in ("nothing", "memory"):
        raise SystemExit("usage: benches/serve.py nothing|memory [ROUNDS]")
    if not PELATO.exists():
        raise SystemExit(f"{PELATO} is missing: cargo build --release --bin pelato")
    with tempfile.TemporaryDirectory() as folder, Stage(pathlib.Path(folder)) as stage:
        {"nothing": nothing, "memory": memory}[kind](stage, rounds)


def nothing(stage, rounds):
    rows(stage, rounds, "`deploy: local`")
    with tempfile.TemporaryDirectory() as folder, lattice() as place:
        if place is None:
            skipped(PUSH.format("a lattice"), FETCH, ON_TOP, "the test lattice is not installed; `make setup` does that")
            return
        with Stage(pathlib.Path(folder)) as stage:
            stage.config = stage.config.replace(
                "    deploy: local\n",
                f"    registry: {{ url: {place['registry']}/bench }}\n    nats: {{ url: {place['nats']} }}\n"
                f"    lattice: {place['lattice']}\n    providers: builtin\n",
            )
            rows(stage, rounds, "a lattice of two hosts")


def rows(stage, rounds, where):
    stage.write(2, "first")
    with stage.runner() as runner:
        stage.expect(runner.push("first"), "2 built, 2 published, 2 deployed")
        # What was just deployed is read once more, and noted.
        (stage.clone / "README.md").write_text("0")
        stage.expect(runner.push("beside"), "2 unchanged")
        git(stage.folder, "clone", "-q", "--bare", "far.git", "peer.git")
        fetched, run, on_top = [], [], []
        for number in range(1, rounds + 1):
            (stage.clone / "README.md").write_text(str(number))
            pushed = stage.commit("beside")
            # In turns: whoever reads the new objects second finds them in memory.
            fetch = lambda: fetched.append(timed(lambda: stage.fetch(pushed[1])))
            tell = lambda: run.append(timed(lambda: stage.expect(runner.tell(*pushed), "2 unchanged")))
            for step in (fetch, tell) if number % 2 else (tell, fetch):
                step()
            on_top.append(run[-1] - fetched[-1])
        log = runner.log()
        if "read 0 of 1 project" not in log:
            sys.exit(f"the project was read:\n{log}")
    measured = f"{spread(on_top)} ms on top ({spread(run)} ms against {spread(fetched)} ms)"
    ratio(PUSH.format(where), FETCH, ON_TOP, measured)


@contextlib.contextmanager
def lattice():
    """The test lattice, where its parts are installed; else none."""
    program = TARGET / "lattice"
    there = subprocess.run([TOP / "scripts" / "setup-lattice.sh", "--print"], capture_output=True)
    if there.returncode != 0 or not program.exists():
        yield None
        return
    process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait()


def memory(stage, rounds):
    builder = "docker" if docker_answers() else "local"
    stage.config = stage.config.replace("builder: local", f"builder: {builder}")
    rest, peak = [], []
    for number in range(rounds):
        with stage.runner() as runner:
            # Its first look at the queue is over by then.
            time.sleep(2)
            rest.append(runner.memory("VmRSS"))
            stage.write(20, f"round {number}")
            stage.expect(runner.push(f"round {number}"), "20 built, 20 published, 20 deployed")
            peak.append(runner.memory("VmHWM"))
    ratio("memory of `serve` at rest", "—", "25 MiB", f"{spread(rest)} MiB")
    what = f"memory of `serve` at most in a run of 20 tasks, builder `{builder}`"
    ratio(what, "—", "150 MiB", f"{spread(peak)} MiB")


class Stage:
    """A bare repository, a clone of it, a forge, and what runners of these have."""

    def __init__(self, folder):
        self.folder, self.clone = folder, folder / "clone"
        git(folder, "init", "-q", "--bare", "-b", "main", "far.git")
        git(folder, "clone", "-q", "far.git", "clone")
        self.ended = queue.Queue()
        self.forge = forge(self.ended)
        self.deliveries = 0
        self.config = f"""\
listen: 127.0.0.1:0
reconcile: off
data: {folder}/data
builder: local
repositories:
  - name: {NAME}
    forge: gitea
    url: file://{folder}/far.git
    api: http://127.0.0.1:{self.forge.server_address[1]}
    webhook_secret: {{ env: BENCH_SECRET }}
    token: {{ env: BENCH_TOKEN }}
    branches: {{ main: production }}
environments:
  production:
    deploy: local
"""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # The local host ends when its folder is gone.
        shutil.rmtree(self.folder / "data", ignore_errors=True)
        self.forge.shutdown()

    def write(self, tasks, word):
        """A project of so many tasks, whose code is another one with each word."""
        (self.clone / "tasks").mkdir(exist_ok=True)
        workflow = "project_name: Bench\ntasks:\n"
        for n in range(tasks):
            code = f'package main\n\nfunc exec_task(arg string) string {{ return arg + "{word} {n}" }}\n'
            (self.clone / "tasks" / f"task{n}.go").write_text(code)
            workflow += (
                f"  - name: Task {n}\n    type: processor_nats\n    code: task{n}.go\n    targets: [edge]\n"
                f"    source_topic: in.{n}\n    dest_topic: out.{n}\n    component_name: task{n}\n    version: 1.0.0\n"
            )
        (self.clone / "workflow.yaml").write_text(workflow)

    def commit(self, message):
        """Commits and pushes; the head before and after."""
        heads = subprocess.run(["git", "rev-parse", "-q", "--verify", "HEAD"], cwd=self.clone, capture_output=True)
        git(self.clone, "add", "-A")
        git(self.clone, "commit", "-q", "-m", message)
        git(self.clone, "push", "-q", "origin", "HEAD:main")
        return heads.stdout.decode().strip() or "0" * 40, git(self.clone, "rev-parse", "HEAD")

    def fetch(self, commit):
        peer = self.folder / "peer.git"
        git(peer, "fetch", "-q", "origin", "+refs/heads/main:refs/heads/main")
        if (peer / "refs" / "heads" / "main").read_text().strip() != commit:
            sys.exit("git fetch did not fetch the commit")

    @staticmethod
    def expect(status, wanted):
        if status != ("success", wanted):
            sys.exit(f"the run ended otherwise: {status}, not {wanted}")

    @contextlib.contextmanager
    def runner(self):
        file = self.folder / "runner.yaml"
        file.write_text(self.config)
        env = {**os.environ, "BENCH_SECRET": SECRET, "BENCH_TOKEN": "token"}
        serve = subprocess.Popen([PELATO, "serve", "--config", file], env=env, stderr=subprocess.PIPE, text=True)
        try:
            said = []
            for line in serve.stderr:
                said.append(line)
                if line.startswith("listening on "):
                    break
            else:
                sys.exit("the runner does not start:\n" + "".join(said))
            threading.Thread(target=serve.stderr.read, daemon=True).start()
            yield Runner(self, serve, line.removeprefix("listening on ").strip())
        finally:
            serve.terminate()
            serve.wait()


class Runner:
    def __init__(self, stage, process, url):
        self.stage, self.process, self.url = stage, process, url

    def push(self, message):
        return self.tell(*self.stage.commit(message))

    def tell(self, before, after):
        """Sends the delivery of a push, and waits until the forge is told how it ended."""
        self.stage.deliveries += 1
        body = json.loads(DELIVERY.read_text())
        body["ref"], body["before"], body["after"] = "refs/heads/main", before, after
        for commit in (body["head_commit"], body["commits"][0]):
            commit["id"] = after
        owner, name = NAME.split("/")
        body["repository"].update(full_name=NAME, name=name)
        body["repository"]["owner"].update(login=owner, username=owner)
        body = json.dumps(body).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Gitea-Event": "push",
            "X-Gitea-Delivery": f"00000000-0000-4000-8000-{self.stage.deliveries:012}",
            "X-Gitea-Signature": hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest(),
        }
        request = urllib.request.Request(f"{self.url}/webhooks/gitea", body, headers)
        with urllib.request.urlopen(request) as answer:
            if answer.status != 202:
                sys.exit(f"the delivery was answered {answer.status}")
        commit, state, description = self.stage.ended.get(timeout=PATIENCE)
        if commit != after:
            sys.exit(f"a run of {commit} has ended, not of {after}")
        return state, description

    def log(self):
        """Of the newest run."""
        run = json.loads(self.get("/api/runs"))["runs"][0]["id"]
        return self.get(f"/api/runs/{run}/log")

    def get(self, path):
        with urllib.request.urlopen(self.url + path) as answer:
            return answer.read().decode()

    def memory(self, line):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{line}:\s+(\d+) kB", status)[1]) / 1024


def forge(ended):
    """A forge that takes each status, and hands on how a run has ended."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if body["context"] == "pelato" and body["state"] != "pending":
                ended.put((self.path.rsplit("/", 1)[1], body["state"], body["description"]))
            self.send_response(201)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def docker_answers():
    try:
        return subprocess.run(["docker", "version"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def timed(work):
    begun = time.monotonic()
    work()
    return (time.monotonic() - begun) * 1e3


def git(at, *arguments):
    names = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "a"), ("EMAIL", "a@example.org"))}
    env = {**os.environ, **names, "GIT_CONFIG_GLOBAL": "/dev/null"}
    out = subprocess.run(["git", *arguments], cwd=at, env=env, capture_output=True, text=True)
    if out.returncode != 0:
        sys.exit(f"git {' '.join(arguments)}: {out.stderr}")
    return out.stdout.strip()


if __name__ == "__main__":
    main()
