import time_machine

from places import keeping


def test_a_piece_is_read_once_a_minute_and_again_when_it_is_forgotten():
    read = []

    def piece():
        return keeping.keep("test:piece", lambda: read.append(1) or len(read))

    with time_machine.travel("2027-03-09 12:00", tick=False) as clock:
        assert (piece(), piece()) == (1, 1)
        clock.shift(59)
        assert piece() == 1
        clock.shift(2)
        assert piece() == 2
        keeping.forget("test:piece")
        assert piece() == 3


def test_nothing_is_a_piece_too():
    read = []

    def piece():
        return keeping.keep("test:nothing", lambda: read.append(1))

    assert (piece(), piece(), len(read)) == (None, None, 1)
