koa
