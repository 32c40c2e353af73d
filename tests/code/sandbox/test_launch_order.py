"""The order to the first process of a sandbox crosses its pipe unchanged."""

from __future__ import annotations

from open_autoglm.code.sandbox.launch import order as orders
from open_autoglm.code.sandbox.launch.order import Order


def test_nothing_changes_on_the_way() -> None:
    order = Order(
        executable="/usr/bin/python3",
        arguments=["python3", "-c", "print('a\nb')", "", "汉字", "\udcff"],
        variables=["A=1", "B=x=y", "C="],
        folder="/tmp/a b",
        own_folder="/tmp/own",
        readable=[],
        without=["root"],
        memory_bytes=1,
        cpu_s=2,
        file_bytes=3,
        disk_bytes=4,
        processes=5,
        outer_user=0,
        ours=[10, 11],
    )
    data = orders.to_bytes(order)
    read = orders.from_bytes(data)
    assert {name: getattr(read, name) for name in Order.__slots__} == {
        name: getattr(order, name) for name in Order.__slots__
    }


def test_a_part_is_not_taken_for_the_whole() -> None:
    data = orders.to_bytes(
        Order(
            executable="x",
            arguments=["", "end"],
            variables=[],
            folder="",
            own_folder="",
            readable=["", "end"],
            without=[],
            memory_bytes=1,
            cpu_s=1,
            file_bytes=1,
            disk_bytes=1,
            processes=1,
            outer_user=1,
            ours=[],
        )
    )
    assert [length for length in range(len(data) + 1) if orders.is_whole(data[:length])] == [len(data)]
