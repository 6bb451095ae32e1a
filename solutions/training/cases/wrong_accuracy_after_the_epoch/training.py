import numpy as np

def train(network, x_train, t_train, x_test, t_test, iters_num, batch_size, learning_rate, rng):
    train_loss, train_acc, test_acc = [], [], []
    count = 0
    one_epoch = max(int(x_train.shape[0] / batch_size), 1)
    for i in range(iters_num):
        mask = rng.choice(x_train.shape[0], batch_size)
        grads = network.gradient(x_train[mask], t_train[mask])
        for key in ["W1", "b1", "W2", "b2"]:
            network.params[key] -= learning_rate * grads[key]
        train_loss.append(network.loss(x_train[mask], t_train[mask]))
        if i % 100 == 0:
            print(f"{i}번째 loss : {train_loss[i]}")
        count += 1
        if count == one_epoch:
            count = 0
            train_acc.append(network.accuracy(x_train, t_train))
            test_acc.append(network.accuracy(x_test, t_test))
            print(f"train acc, test acc | {train_acc[-1]}, {test_acc[-1]}")
    return train_loss, train_acc, test_acc


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
