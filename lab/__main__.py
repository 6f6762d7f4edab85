"""The lab's command: see `python3 -m lab --help` or README.md in this folder."""
import argparse
import asyncio
import json
import os
import pathlib
import signal
import sys
import tempfile

from .server import Server
from .sites import all_sites


def arguments():
    parser = argparse.ArgumentParser(prog="./dev lab", description="Sites of our own on loopback, each with the verdict that it deserves.")
    parser.add_argument("--list", action="store_true", help="print the sites and what they deserve, and end")
    parser.add_argument("--json", action="store_true", help="print the sites as JSON, and end")
    parser.add_argument("--state", metavar="FILE", help="write ports, CA file and routes there as JSON once all listen")
    parser.add_argument("--ca-dir", metavar="DIR", help="folder for the private CA (default: a new one that is removed at the end)")
    return parser.parse_args()


def list_sites(world):
    for site in world.sites.values():
        print(f"{site.disposition:11} {site.family:10} {site.name:34} {site.url}\n{'':23}{site.does}")
    print(f"{len(world.sites)} sites on {len(world.hosts())} hosts")


async def serve(world, folder, state_file):
    server = Server(world, folder)
    await server.start()
    if state_file:
        written = pathlib.Path(f"{state_file}.new")
        written.write_text(json.dumps(server.state()))
        os.replace(written, state_file)
    control = f"http://127.0.0.1:{server.ports['control']}"
    print(f"""{len(world.sites)} sites on {len(world.hosts())} hosts
http     127.0.0.1:{server.ports['http']}
https    127.0.0.1:{server.ports['https']}
control  {control}   ({control}/ says what it takes)
CA       {server.authority.file}
routes   curl {control}/egress.toml prints them for Linkgate's configuration
try      curl --cacert {server.authority.file} --connect-to ::127.0.0.1:{server.ports['https']} '{world.sites["honest-home"].url}'
Ctrl-C ends it.""", flush=True)
    over = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    await over.wait()


def main():
    asked = arguments()
    world = all_sites()
    if asked.json:
        print(world.listing_text())
    elif asked.list:
        list_sites(world)
    elif asked.ca_dir:
        asyncio.run(serve(world, asked.ca_dir, asked.state))
    else:
        with tempfile.TemporaryDirectory(prefix="linkgate-lab-") as folder:
            asyncio.run(serve(world, folder, asked.state))
    return 0


if __name__ == "__main__":
    sys.exit(main())
