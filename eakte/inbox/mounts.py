"""On what file system does a folder lie? A network share tells nothing of other machines."""

from __future__ import annotations

import re
from pathlib import Path

_MOUNTINFO = Path("/proc/self/mountinfo")
_REMOTE = frozenset(
    {
        "9p",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "coda",
        "davfs",
        "fuse",
        "fuseblk",
        "glusterfs",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "ocfs2",
        "orangefs",
        "prl_fs",
        "smb2",
        "smb3",
        "smbfs",
        "sshfs",
        "vboxsf",
        "virtiofs",
        "vmhgfs",
    }
)
_OCTAL = re.compile(r"\\([0-7]{3})")


def needs_polling(folder: Path) -> bool:
    """Tell whether other machines may write there, of which this one's kernel gives no events."""
    try:
        text = _MOUNTINFO.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return False
    return is_remote(file_system_of(str(folder.resolve()), text))


def is_remote(file_system: str) -> bool:
    """Tell whether a file-system type is a network share or goes through FUSE."""
    return file_system in _REMOTE or file_system.startswith("fuse.")


def file_system_of(path: str, mountinfo: str) -> str:
    """Give the type of the file system that holds an absolute path; empty if nothing tells.

    `mountinfo` is the text of /proc/self/mountinfo (proc(5)): the mount point is the fifth field,
    with octal escapes; the type follows a lone hyphen. A later line covers an earlier one.
    """
    found, deepest = "", -1
    for line in mountinfo.splitlines():
        fields = line.split(" ")
        if "-" not in fields[6:] or fields.index("-", 6) + 1 >= len(fields):
            continue
        point = _unescape(fields[4])
        if _is_below(path, point) and len(point) >= deepest:
            found, deepest = fields[fields.index("-", 6) + 1], len(point)
    return found


def _unescape(field: str) -> str:
    """Undo the kernel's octal escapes (it escapes blanks, tabs, newlines and backslashes)."""
    return _OCTAL.sub(lambda match: chr(int(match[1], 8)), field)


def _is_below(path: str, point: str) -> bool:
    return path == point or path.startswith(point.rstrip("/") + "/")
