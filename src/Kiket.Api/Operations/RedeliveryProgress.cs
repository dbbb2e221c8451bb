using System.Globalization;
using Kiket.Application.Webhooks;

namespace Kiket.Api.Operations;

/// <summary>How far a redelivery of many has come. The page's address names it, so nothing is stored for it.</summary>
/// <param name="Ids">The first and the last of its deliveries.</param>
/// <param name="Total">How many they are.</param>
internal sealed record RedeliveryProgress(DeliveryRange Ids, int Total)
{
    private const string First = "first";
    private const string Last = "last";
    private const string Sent = "sent";

    /// <summary>How many are pending.</summary>
    public int Waiting { get; init; }

    public int Done => Total - Waiting;

    /// <returns>Null if the page shows none.</returns>
    public static RedeliveryProgress? Of(Visit visit) =>
        (visit.Long(First), visit.Long(Last), visit.Number(Sent)) is ({ } first, { } last, { } total)
            ? new(new(first, last), total)
            : null;

    /// <summary>The page that shows it, and offers to redeliver what is left.</summary>
    public static string AddressOf(Visit visit, RedeliveredDto redelivered)
    {
        var page = visit.At(visit.Path, First, Last, Sent);
        return redelivered.Ids is var (first, last)
            ? Visit.WithQuery(page, (First, Text(first)), (Last, Text(last)), (Sent, Text(redelivered.Redelivered)))
            : page;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
