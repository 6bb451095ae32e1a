from common.functions import mean_squared_error as Loss
from common.gradient import gradient_descent
from solution import main
