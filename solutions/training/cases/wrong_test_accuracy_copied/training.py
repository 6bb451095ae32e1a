import numpy as np


def train(network, x_train, t_train, x_test, t_test, iters_num, batch_size, learning_rate, rng):
    N = len(x_train)
    per_epoch = max(N // batch_size, 1)
    hist = ([], [], [])
    for it in range(iters_num):
        idx = rng.choice(N, batch_size)
        x, t = x_train[idx], t_train[idx]
        g = network.gradient(x, t)
        for k, p in network.params.items():
            p -= learning_rate * g[k]
        hist[0].append(network.loss(x, t))
        if it % 100 == 0:
            print(it, "번째 loss :", hist[0][-1])
        if it % per_epoch == 0:
            hist[1].append(network.accuracy(x_train, t_train))
            hist[2].append(network.accuracy(x_train, t_train))
            print("train acc, test acc |", hist[1][-1], ",", hist[2][-1])
    return hist


def plot_history(history):
    import matplotlib.pyplot as plt
    loss, tr, te = history
    fig, ax = plt.subplots()
    ax.plot(tr, label="train")
    ax.plot(te, "--", label="test")
    ax.set_xlabel("epoch")
    ax.set_ylabel("accuracy")
    ax.set_ylim(0, 1)
    ax.legend()
    plt.show()
