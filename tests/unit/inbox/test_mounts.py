from __future__ import annotations

from pathlib import Path

import pytest

from eakte.inbox.mounts import file_system_of, is_remote, needs_polling

_MOUNTS = r"""22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
23 22 0:5 / /proc rw - proc proc rw
30 22 0:40 / /mnt/share rw,relatime shared:5 - cifs //nas/scans rw,vers=3.0
31 22 0:41 / /mnt/mit\040Blank\011Tab rw shared:7 master:2 - nfs4 nas:/scans rw
32 30 0:42 / /mnt/share/lokal rw - xfs /dev/vdb rw
33 22 0:43 / /mnt/over rw - ext4 /dev/vdc rw
34 22 0:44 / /mnt/over rw - fuse.sshfs me@nas:/ rw
35 22 0:45 / /mnt/Gesch\134aft rw - 9p host rw
garbage
36 22 0:46 / /short rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/eakte", "ext4"),
        ("/mnt/share", "cifs"),
        ("/mnt/share/eingang", "cifs"),
        ("/mnt/shared", "ext4"),
        ("/mnt/share/lokal/x", "xfs"),
        ("/mnt/mit Blank\tTab/eingang", "nfs4"),
        ("/mnt/over/x", "fuse.sshfs"),
        ("/mnt/Gesch\\aft", "9p"),
    ],
)
def test_the_deepest_and_latest_mount_counts(path: str, kind: str) -> None:
    assert file_system_of(path, _MOUNTS) == kind


def test_nothing_told_is_nothing_known() -> None:
    assert file_system_of("/x", "") == ""


@pytest.mark.parametrize(
    "kind", ["nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "ceph", "afs", "davfs"]
)
def test_shares_are_polled(kind: str) -> None:
    """Demand 49."""
    assert is_remote(kind)


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "tmpfs", "overlay", "zfs", ""])
def test_local_disks_are_not(kind: str) -> None:
    assert not is_remote(kind)


def test_this_machine_tells() -> None:
    text = Path("/proc/self/mountinfo").read_text()
    assert file_system_of("/proc/self", text) == "proc"
    assert not needs_polling(Path("/proc"))
