defmodule Lib do end
