using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OpenIddict.EntityFrameworkCore;

namespace Kiket.Infrastructure.OAuth;

internal sealed class OAuthClientConfiguration : IEntityTypeConfiguration<OAuthClient>
{
    public void Configure(EntityTypeBuilder<OAuthClient> builder)
    {
        new OpenIddictEntityFrameworkCoreApplicationConfiguration<OAuthClient, OAuthAuthorization, OAuthToken, long>().Configure(
            builder
        );
        builder.ToTable("oauth_clients");
    }
}
