import numpy as np

def train(network, x_train, t_train, x_test, t_test, iters_num, batch_size, learning_rate, rng):
    losses = []
    accs_train = []
    accs_test = []
    n = x_train.shape[0]
    for i in range(iters_num):
        # 배치 고르기
        pick = rng.choice(n, batch_size)
        xb = x_train[pick]
        tb = t_train[pick]
        grad = network.gradient(xb, tb)
        for name in grad:
            network.params[name] -= learning_rate * grad[name]
        l = network.loss(xb, tb)
        losses.append(l)
        if i % 100 == 0:
            print('{}번째 loss : {}'.format(i, l))
        if i % max(n // batch_size, 1) == 0:
            a, b = network.accuracy(xb, tb), network.accuracy(x_test, t_test)
            accs_train.append(a)
            accs_test.append(b)
            print('train acc, test acc | {}, {}'.format(a, b))
    return losses, accs_train, accs_test


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
