"""All families of sites: every module here has a function build(world)."""
import importlib
import pkgutil

from .. import page_files
from ..description import World


def all_sites():
    world = World()
    for module in sorted(found.name for found in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{module}").build(world)
    page_files.build(world)
    return world
