import numpy as np


def train(network, x_train, t_train, x_test, t_test, iters_num, batch_size, learning_rate, rng):
    n = len(x_train)
    per_epoch = max(n // batch_size, 1)
    loss_list, acc_list, test_list = [], [], []
    for i in range(iters_num):
        idx = rng.choice(n, batch_size)
        xb, tb = x_train[idx], t_train[idx]
        g = network.gradient(xb, tb)
        for name in network.params:
            network.params[name] -= 10 * learning_rate * g[name]
        loss = network.loss(xb, tb)
        loss_list.append(loss)
        if i % 100 == 0:
            print(f"{i}번째 loss : {loss}")
        if i % per_epoch == 0:
            acc_list.append(network.accuracy(x_train, t_train))
            test_list.append(network.accuracy(x_test, t_test))
            print(f"train acc, test acc | {acc_list[-1]}, {test_list[-1]}")
    return loss_list, acc_list, test_list


def plot_history(history):
    import matplotlib.pyplot as plt

    losses, train_acc, test_acc = history
    plt.plot(train_acc, "b-", label="train")
    plt.plot(test_acc, "r--", label="test")
    plt.ylim(0, 1)
    plt.xlabel("epoch")
    plt.ylabel("accuracy")
    plt.legend()
    plt.show()
