using System.Globalization;
using Kiket.Domain.Common;
using Kiket.Infrastructure.Settings;
using Microsoft.AspNetCore.Http.Timeouts;

namespace Kiket.Api.Http;

/// <summary>
/// Cancels a request that takes longer than <c>Kiket:RequestTimeoutSeconds</c>, and answers 503. A stream of events has a
/// lifetime of its own.
/// </summary>
internal static class RequestTime
{
    public static void AddRequestTime(this IServiceCollection services, KiketSettings settings)
    {
        var seconds = settings.RequestTimeout.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        var error = new Error(
            ErrorKind.BadRequest,
            ServerErrorCodes.ServiceUnavailable,
            $"The request took longer than {seconds} seconds and was cancelled."
        );
        services.AddRequestTimeouts(timeouts =>
            timeouts.DefaultPolicy = new RequestTimeoutPolicy
            {
                Timeout = settings.RequestTimeout,
                WriteTimeoutResponse = context =>
                {
                    context.Response.Headers.RetryAfter = ErrorHandler.RetryAfterSeconds;
                    return ErrorBody.WriteAsync(context, error, StatusCodes.Status503ServiceUnavailable);
                },
            }
        );
    }
}
