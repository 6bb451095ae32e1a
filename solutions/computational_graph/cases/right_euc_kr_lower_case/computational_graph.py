# 덧셈과 곱셈 계층입니다
class addLayer:
	def __init__(self):
		pass

	def forward(self, x, y):
		out = x + y
		return out

	def backward(self, dout):
		dx = dout * 1
		dy = dout * 1
		return dx, dy


class mulLayer:
	def __init__(self):
		self.x = None
		self.y = None

	def forward(self, x, y):
		self.x = x
		self.y = y
		out = x * y
		return out

	def backward(self, dout):
		dx = dout * self.y
		dy = dout * self.x
		return dx, dy


# 계층을 미리 만들어 둡니다
사과 = mulLayer()
오렌지 = mulLayer()
더하기 = addLayer()
세금 = mulLayer()


def Buy_Apples():
	가격 = 세금.forward(사과.forward(100, 2), 1.1)
	d사과값, d세금 = 세금.backward(1)
	d사과, d개수 = 사과.backward(d사과값)
	return 가격, d사과, d개수, d세금


def buy_apples_oranges():
	합 = 더하기.forward(사과.forward(100, 2), 오렌지.forward(150, 3))
	가격 = 세금.forward(합, 1.1)
	d합, d세금 = 세금.backward(1)
	d사과값, d오렌지값 = 더하기.backward(d합)
	d사과, d사과개수 = 사과.backward(d사과값)
	d오렌지, d오렌지개수 = 오렌지.backward(d오렌지값)
	return (가격, d사과개수, d사과, d오렌지, d오렌지개수, d세금)
