"""Writes random transportation problems with their optimum by scipy's linprog (HiGHS), checked against POT's network simplex.

    python transport.py OUT.json

Needs scipy 1.17.1, POT 0.9.7.
"""
import json
import sys

import numpy as np
import ot
from scipy.optimize import linprog


def solve(supply, demand, cost):
    n, m = cost.shape
    rows = np.kron(np.eye(n), np.ones(m))
    columns = np.kron(np.ones(n), np.eye(m))
    result = linprog(cost.ravel(), A_eq=np.vstack([rows, columns]), b_eq=np.concatenate([supply, demand]), method='highs')
    assert result.status == 0
    assert abs(result.fun - ot.emd2(supply, demand, cost)) < 1e-9
    return result.fun


def make(rng, n, m, style):
    supply, demand = rng.random(n), rng.random(m)
    if style == 'ties':
        supply, demand = np.ones(n), np.ones(m)
    supply, demand = supply / supply.sum(), demand / demand.sum()
    cost = rng.integers(0, 4, (n, m)).astype(float) if style == 'ties' else rng.random((n, m)) * 4
    return np.round(supply, 12), demand * np.round(supply, 12).sum(), np.round(cost, 6)


if __name__ == '__main__':
    rng = np.random.default_rng(5)
    problems = []
    for k in range(48):
        supply, demand, cost = make(rng, *rng.integers(1, 13, 2), 'ties' if k % 3 == 0 else 'random')
        problems.append({'supply': supply.tolist(), 'demand': demand.tolist(), 'cost': cost.ravel().tolist(), 'optimum': solve(supply, demand, cost)})
    with open(sys.argv[1], 'w') as out:
        json.dump(problems, out)
        out.write('\n')
