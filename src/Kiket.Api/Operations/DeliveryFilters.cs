using Kiket.Api.Http;
using Kiket.Application.Webhooks;
using Kiket.Domain.Webhooks;

namespace Kiket.Api.Operations;

/// <summary>The filter of deliveries as it is in a page's address and form.</summary>
internal static class DeliveryFilters
{
    public static DeliveryFilter Of(Visit visit) =>
        new(
            null,
            Parameters.Values("event", visit["event"]),
            Parameters.Enums<DeliveryState>("state", visit["state"]),
            Parameters.Instant("since", visit["since"]),
            visit.Long("webhook")
        );
}
