import numpy as np

def train(network, x_train, t_train, x_test, t_test, iters_num, batch_size, learning_rate, rng):
    L = []; A = []; B = []
    M = x_train.shape[0]
    epoch = max(M / batch_size, 1)
    for k in range(iters_num):
        j = rng.choice(M, batch_size)
        X, T = x_train[j], t_train[j]
        G = network.gradient(X, T)
        for p in network.params:
            step = learning_rate / batch_size * G[p]
            network.params[p] -= step
        L.append(network.loss(X, T))
        if k % 100 == 0: print("%d번째 loss : %s" % (k, L[-1]))
        if k % epoch == 0:
            A.append(network.accuracy(x_train, t_train)); B.append(network.accuracy(x_test, t_test))
            print("train acc, test acc | %s, %s" % (A[-1], B[-1]))
    return L, A, B


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
