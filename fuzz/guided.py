"""``python -m fuzz.guided READER [CORPUS] [-runs=N] [-max_total_time=S]``: atheris, guided by what the input reaches.

Needs the dependency group ``fuzz``. Arguments after the reader are those of libFuzzer. The file is written to memory
where that is possible, because the readers take files.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["whyzero"]):
    import whyzero.audits.files
    import whyzero.certificates
    import whyzero.checkpoints
    import whyzero.cli.saved
    import whyzero.models
    import whyzero.tables  # noqa: F401
    from whyzero.errors import InputError

from fuzz.readers import READERS, refusal


def main() -> None:
    """Run until told to stop, or until something is found."""
    reader = READERS[sys.argv.pop(1)]
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        path = Path(folder) / f"file{reader.suffix}"

        def once(content: bytes) -> None:
            path.write_bytes(content)
            try:
                reader.read(path)
            except InputError as error:
                refusal(error)

        atheris.Setup(sys.argv, once)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
