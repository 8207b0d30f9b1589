"""Functions that scripts begin with, as they stand in them."""

IS_SHOWN = '''\
def is_shown(epoch):
    """True if it is one of 0, 1, 2, 5, 10, 20, 50, ... or the last."""
    return epoch in (0, epochs) or str(epoch).rstrip("0") in ("1", "2", "5")
'''.splitlines()
ORDER_OF_EPOCH = '''\
def order_of_epoch(epoch):
    """The order of the examples in an epoch, drawn from the seed and the epoch."""
    generator = random.Random(f"{seed}/{epoch}")
    keys = [generator.random() for _ in range(len(x))]
    return sorted(range(len(x)), key=keys.__getitem__)
'''.splitlines()
READ_COLUMNS = '''\
def read_columns(path):
    """The columns of a CSV file, by the names in its first line."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file, {reading}skipinitialspace=True)
        rows = [[cell.strip() for cell in line] for line in lines]
    header, *rows = [row for row in rows if row not in ([], [""])]
    return dict(zip(header, zip(*rows)))
'''
STANDARDIZED = '''\
def standardized(column):
    """A column shifted and scaled to mean 0 and standard deviation 1; zeros if constant."""
    if min(column) == max(column):
        return [0.0] * len(column)
    # Near 1, to which a power of two brings them exactly, no square is too large or small.
    exponent = math.frexp(max(map(abs, column)))[1]
    column = [math.ldexp(value, -exponent) for value in column]
    mean = math.fsum(column) / len(column)
    squares = math.fsum((value - mean) ** 2 for value in column)
    deviation = math.sqrt(squares / len(column))
    return [(value - mean) / deviation for value in column]
'''.splitlines()
TIMES_LOG = '''\
def times_log(y, p):
    """y * log(p), and 0 where y is 0, whatever p is."""
    return y * {np}.log({np}.where(y > 0, p, 1.0))
'''
HUBER = '''\
delta = {delta}  # of the loss


def huber(d):
    """Half of d**2 up to delta, and a straight line beyond."""
    return {np}.where(abs(d) <= delta, 0.5 * d**2, delta * (abs(d) - 0.5 * delta))
'''
LOG_COSH = '''\
def log_cosh(d):
    """The logarithm of cosh(d), without a large exp."""
    return {np}.logaddexp(d, -d) - 0.6931471805599453
'''
