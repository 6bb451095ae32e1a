EXPECTED = [(0, 39.80526573375, 0.012050000000000002, 0.03505), (100, 1.4088818550020328, 0.5956839328965645, 1.7137245928510965), (200, 0.08492622860667261, 0.7129266308916146, 2.0222518370363343), (300, 0.03808809478420731, 0.7433441610180002, 2.0765698140220747), (400, 0.03531467697283942, 0.7573915882750667, 2.0837935212742202), (500, 0.03412659366543372, 0.7681528769083021, 2.0823608526346415), (600, 0.033056629416450725, 0.7780637167868475, 2.079403378165377), (700, 0.032050551054706465, 0.787583266851497, 2.0762423007849082), (800, 0.031103013292289844, 0.7968036334081118, 2.0731204929145344), (900, 0.030210557013104773, 0.8057485947959019, 2.070080758386106)]
import numpy as np


def linear_model(w0, w1, X):
    return w0 + w1 * X


def Loss(f_x, y):
    return np.mean((y - f_x) ** 2)


def gradient_descent(w0, w1, X, y):
    error = y - linear_model(w0, w1, X)
    return np.array([-2 * np.mean(error), -2 * np.mean(error * X)])


def main():
    X = np.array([1.0, 2.0, 3.0, 4.0]).reshape(-1, 1)
    y = np.array([3.1, 4.9, 7.2, 8.9]).reshape(-1, 1)
    w0, w1 = (0.0, 0.0)
    learning_rate = 0.001
    iterations = 1000
    for i in range(iterations):
        dw0, dw1 = gradient_descent(w0, w1, X, y)
        w0 = w0 - learning_rate * dw0
        w1 = w1 - learning_rate * dw1
        if i % 100 == 0:
            loss = Loss(linear_model(w0, w1, X), y)
            print(f'{i}번째 loss : {loss}')
            print(f'{i}번째 w0, w1 : {w0}, {w1}')
            print()
    return (w0, w1)
if __name__ == '__main__':
    print(main())
if __name__ == '__main__':
    for row in EXPECTED:
        print(row)
