"""QR codes (ISO/IEC 18004): byte mode, error correction level L, versions 1 to 9, which is up to 230 bytes."""

# version: (data code words, error-correction code words a block, blocks)
_SIZES = {1: (19, 7, 1), 2: (34, 10, 1), 3: (55, 15, 1), 4: (80, 20, 1), 5: (108, 26, 1), 6: (136, 18, 2), 7: (156, 20, 2), 8: (194, 24, 2), 9: (232, 30, 2)}
_ALIGN = {1: (), 2: (6, 18), 3: (6, 22), 4: (6, 26), 5: (6, 30), 6: (6, 34), 7: (6, 22, 38), 8: (6, 24, 42), 9: (6, 26, 46)}
_MASKS = (lambda r, c: (r + c) % 2, lambda r, c: r % 2, lambda r, c: c % 3, lambda r, c: (r + c) % 3, lambda r, c: (r // 2 + c // 3) % 2,
          lambda r, c: r * c % 2 + r * c % 3, lambda r, c: (r * c % 2 + r * c % 3) % 2, lambda r, c: ((r + c) % 2 + r * c % 3) % 2)

_EXP, _LOG = [0] * 512, [0] * 256
_x = 1
for _i in range(255):
    _EXP[_i] = _EXP[_i + 255] = _x
    _LOG[_x] = _i
    _x = _x << 1 ^ (0x11D if _x & 0x80 else 0)


def _multiply(a, b):
    return _EXP[_LOG[a] + _LOG[b]] if a and b else 0


def _correction(data, count):
    generator = [1]
    for i in range(count):
        generator = [a ^ _multiply(b, _EXP[i]) for a, b in zip(generator + [0], [0] + generator)]
    rest = list(data) + [0] * count
    for i in range(len(data)):
        factor = rest[i]
        for j, g in enumerate(generator):
            rest[i + j] ^= _multiply(g, factor)
    return rest[len(data):]


def _code_words(data, version):
    capacity, correction, blocks = _SIZES[version]
    bits = f"{4:04b}{len(data):08b}" + "".join(f"{byte:08b}" for byte in data) + "0000"
    bits = bits[:capacity * 8]
    bits += "0" * (-len(bits) % 8)
    words = [int(bits[i:i + 8], 2) for i in range(0, len(bits), 8)]
    words += [(0xEC, 0x11)[i % 2] for i in range(capacity - len(words))]
    size = capacity // blocks
    parts = [words[i * size:(i + 1) * size] for i in range(blocks)]
    checks = [_correction(part, correction) for part in parts]
    return [word for column in zip(*parts) for word in column] + [word for column in zip(*checks) for word in column]


def _bch(value, generator, length):
    rest = value << length
    for i in range(value.bit_length() + length - 1, length - 1, -1):
        if rest >> i & 1:
            rest ^= generator << (i - length)
    return value << length | rest


def _patterns(version):
    """The fixed part: matrix of 0, 1, or None where data goes."""
    side = 17 + 4 * version
    matrix = [[None] * side for _ in range(side)]
    for top, left in ((0, 0), (0, side - 7), (side - 7, 0)):
        for r in range(-1, 8):
            for c in range(-1, 8):
                if 0 <= top + r < side and 0 <= left + c < side:
                    ring = max(abs(r - 3), abs(c - 3))
                    matrix[top + r][left + c] = int(ring in (0, 1, 3))
    for i in range(8, side - 8):
        matrix[6][i] = matrix[i][6] = 1 - i % 2
    for row in _ALIGN[version]:
        for column in _ALIGN[version]:
            if matrix[row][column] is not None and not (row == 6 or column == 6):
                continue
            if (row, column) in ((6, 6), (6, side - 7), (side - 7, 6)):
                continue
            for r in range(-2, 3):
                for c in range(-2, 3):
                    matrix[row + r][column + c] = int(max(abs(r), abs(c)) != 1)
    if version >= 7:
        bits = _bch(version, 0x1F25, 12)
        for i in range(18):
            matrix[i // 3][side - 11 + i % 3] = matrix[side - 11 + i % 3][i // 3] = bits >> i & 1
    return matrix


def _put_format(matrix, mask):
    side = len(matrix)
    bits = _bch(1 << 3 | mask, 0x537, 10) ^ 0x5412  # level L is 01
    for i in range(15):
        bit = bits >> i & 1
        row = i if i < 6 else i + 1 if i < 8 else side - 15 + i
        matrix[row][8] = bit
        column = side - 1 - i if i < 8 else 7 if i == 8 else 14 - i
        matrix[8][column] = bit
    matrix[side - 8][8] = 1


def _penalty(matrix):
    side, total = len(matrix), 0
    for lines in (matrix, list(zip(*matrix))):
        for line in lines:
            text = "".join(map(str, line))
            run = 1
            for a, b in zip(text, text[1:] + "x"):
                if a == b:
                    run += 1
                else:
                    total += run - 2 if run >= 5 else 0
                    run = 1
            total += 40 * (text.count("10111010000") + text.count("00001011101"))
    total += 3 * sum(len({matrix[r][c], matrix[r + 1][c], matrix[r][c + 1], matrix[r + 1][c + 1]}) == 1 for r in range(side - 1) for c in range(side - 1))
    return total + 10 * int(abs(sum(map(sum, matrix)) * 100 / side / side - 50) // 5)


def _filled(version, words, mask):
    matrix = _patterns(version)
    side = len(matrix)
    _put_format(matrix, mask)
    bits = iter("".join(f"{word:08b}" for word in words))
    column, up = side - 1, True
    while column > 0:
        if column == 6:
            column -= 1
        for r in range(side - 1, -1, -1) if up else range(side):
            for c in (column, column - 1):
                if matrix[r][c] is None:
                    matrix[r][c] = int(next(bits, "0")) ^ int(_MASKS[mask](r, c) == 0)
        column, up = column - 2, not up
    return matrix


def qr_matrix(data):
    """Rows of 0 and 1, 1 is dark, without the quiet zone."""
    fitting = [v for v, (capacity, _, _) in _SIZES.items() if len(data) + 2 <= capacity]
    if not fitting:
        raise ValueError(f"{len(data)} bytes are too much for version 9")
    words = _code_words(data, fitting[0])
    return min((_filled(fitting[0], words, mask) for mask in range(8)), key=_penalty)
