import numpy as np
from ch05.two_layer_net import TwoLayerNet

net = TwoLayerNet(4, 3, 2)
print(net.params)
