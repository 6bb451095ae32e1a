import numpy as np

def train(network, x_train, t_train, x_test, t_test, iters_num, batch_size, learning_rate, rng):
    losses, train_accs, test_accs = [], [], []
    n = len(x_train)
    acc = {}
    for i in range(iters_num):
        rows = rng.choice(n, batch_size)
        for name, g in network.gradient(x_train[rows], t_train[rows]).items():
            acc[name] = g if name not in acc else acc[name] + g
            network.params[name] -= learning_rate * acc[name]
        losses.append(network.loss(x_train[rows], t_train[rows]))
        if i % 100 == 0:
            print(f"{i}번째 loss : {losses[-1]}")
        if i % max(n // batch_size, 1) == 0:
            train_accs.append(network.accuracy(x_train, t_train))
            test_accs.append(network.accuracy(x_test, t_test))
            print(f"train acc, test acc | {train_accs[-1]}, {test_accs[-1]}")
    return losses, train_accs, test_accs


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
